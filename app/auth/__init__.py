"""Who is asking, proven by a token, and which customers' data they may see."""
