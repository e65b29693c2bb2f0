"""The shipped ensemble ``starter``: its networks (ONNX), manifests and model card lie beside this file."""
