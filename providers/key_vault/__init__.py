"""The partner's vault: Azure Key Vault, through Microsoft's client."""
