"""The artifacts of a run: fetched by sources, zipped, kept in the pipeline's bucket."""
