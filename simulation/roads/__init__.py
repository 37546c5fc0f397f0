"""From what others have about roads to a network of ours: tables of nodes and arcs, OpenStreetMap, and matrices kept on disk."""
