"""The incident desk: facts, situation, procedure, decisions. It thinks; it has no clock and does no input or output."""
