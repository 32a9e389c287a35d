"""The watch of a rollout: what was seen at its looks, and the decisions that follow from it. Pure."""
