"""The twin: a simulated world around the same desk, and the judgement of what happened in it."""
