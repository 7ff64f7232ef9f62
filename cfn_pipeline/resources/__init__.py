"""Resources that take more than AWS's own property names, a module for each service."""
