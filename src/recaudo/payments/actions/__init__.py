"""Writing payments: recording credits, applying them, taking them back."""
