"""What is loaded: models found by words and conditions, or one shown with everything known of it.

Nothing here decides.
"""
