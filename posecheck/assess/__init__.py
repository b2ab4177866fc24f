"""What an exercise is worth: prescription, form rules, grade.

Pure: values in, values out. The one exception is ``load_prescription``, which reads the text
of a prescription.
"""
