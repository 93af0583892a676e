//! What `go tool pprof` computes, and what the procedure decides from it.
