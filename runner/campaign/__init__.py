"""What is known of Adobe Campaign's API, and the only code that talks to it."""
