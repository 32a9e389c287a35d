"""What IAM roles may do, who may become them, and whether that is more than they need."""
