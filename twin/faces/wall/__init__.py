"""The big screen: one scene, type sizes worked out from where people stand."""
