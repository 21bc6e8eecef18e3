"""The files in deploy/: valid by their schemas, and in step with each other and with the code."""
