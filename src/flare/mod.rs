//! The archive and the text files of the Agent.
