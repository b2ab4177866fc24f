"""What an exercise is worth, whatever it is: coverage, grade, change, and the guide on the way.

Pure: values in, values out.
"""
