"""Extensions in the course of a major upgrade, and over the borders of their own versions."""
