"""What has changed over the weeks."""
