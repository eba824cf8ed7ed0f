"""In which order effects happen: load, decide (one pure call), record, act. Nowhere else."""
