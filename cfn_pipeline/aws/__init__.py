"""Facts of AWS, each written once, for what builds templates and for what reads them."""
