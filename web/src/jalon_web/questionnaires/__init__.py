"""The pages of one questionnaire: its axes, its criteria, what is saved as one clicks."""
