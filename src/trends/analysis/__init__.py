"""Text to terms and topics. Pure: no clock, no network, no environment."""
