"""Mail through Microsoft Graph, as the partner's own billing mailbox."""
