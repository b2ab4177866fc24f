"""Where poses come from: frames of files and cameras, and the model that finds landmarks.

::

    containers  frames  frame_times  orientation                  a video file -> frames
    camera  camera_device  camera_events                          a camera -> frames
    landmarker  mediapipe_landmarker  person_finder  detections   frames -> poses
    model  model_download                                         where the model comes from
    pose_log  pose_store                                          poses in memory, and on the disk
"""
