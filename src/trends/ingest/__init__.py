"""From sources to the topic, and knowing when everything sent is counted."""
