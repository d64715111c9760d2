"""The published JSON Schemas, shipped as data; `runner.schemas` reads them."""
