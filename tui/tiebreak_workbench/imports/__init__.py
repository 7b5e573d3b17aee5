"""Takes in what came about elsewhere: plain files, results of other tools, sessions that were handed out."""
