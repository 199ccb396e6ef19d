"""The core: what Laban says and decides, as plain functions over values. Imports no platform, no storage, no HTTP."""
