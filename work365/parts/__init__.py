"""Parts: subscriptions that stand for another one on the contract of somebody who pays for it, kept up to date by their logs."""
