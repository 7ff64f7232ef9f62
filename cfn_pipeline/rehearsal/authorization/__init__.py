"""What the policies of both accounts allow, as the stacks of the local AWS have made them."""
