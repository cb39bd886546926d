"""Extensions: what the target lacks, has older, or wants loaded."""
