"""Instalments: a sum that is billed in parts, month by month."""
