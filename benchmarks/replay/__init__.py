"""An auction of the real size, with keepers that are killed and a node that has moods."""
