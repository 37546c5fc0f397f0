"""Engines behind one signature each; everything above them is told how they ended and checks what they say."""
