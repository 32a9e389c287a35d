"""What each section of the checklist computes and judges, one room a marker."""
