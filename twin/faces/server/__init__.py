"""The web server: Dash for the faces, a few plain routes for data, pack files and health."""
