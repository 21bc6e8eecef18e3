"""Where listings come from: saved pages, files, standard input."""
