"""What handlers need from outside, as Protocols in the domain's own words. One file per counterpart."""
