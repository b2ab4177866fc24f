"""Who may come in: accounts, sign-in, invitations, tokens for programs."""
