# Settlement.
settlements-title = Settlements
