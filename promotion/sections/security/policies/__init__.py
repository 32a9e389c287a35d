"""IAM's policy language: who may do what to what, by the rules of its evaluation. Pure; docs/policies.md says what is covered."""
