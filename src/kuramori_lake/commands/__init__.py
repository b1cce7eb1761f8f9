"""Commands of `kuramori-lake`, one module each; `cli` joins them."""
