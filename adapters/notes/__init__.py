"""The pages for unsigned notes: writing one, reading its answer by receipt, and the readers' tray.

Nothing here is stored, logged or counted on disk. Who asks is known for the length of one request.
"""
