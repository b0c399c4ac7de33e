"""The Web API: one function a method, by family, behind one door (`door.py`)."""
