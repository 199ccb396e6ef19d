"""How fast Laban is, every figure beside a floor measured in the same run."""
