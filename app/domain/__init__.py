"""What is true of a customer's tenant and what may follow from it. No I/O."""
