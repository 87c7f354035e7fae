"""The REST API: what programs may ask and do, through the same verbs as the pages."""
