"""What `twin layer new` writes: a layer that runs, and its name where layers are named."""
