"""What other systems of a creditor (ERP, payment provider) may ask and bring, by HTTP."""
