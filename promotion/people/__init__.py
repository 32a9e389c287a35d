"""What people say of a promotion: the record they review, when and by whom it is done, and what they attest."""
